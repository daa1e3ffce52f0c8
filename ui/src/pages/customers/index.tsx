// Customers: found, listed behind a number, and one of them whole. Personal data are masked until they are shown on purpose.
import "@/pages/customers/customers.css";
import { useState } from "react";
import { Route, Switch } from "wouter";
import { Behind } from "@/pages/customers/Behind";
import { One, type Was } from "@/pages/customers/One";
import { Search } from "@/pages/customers/Search";
import { useUrl } from "@/url/state";

export default function Customers() {
  const [reveal, setReveal] = useState(false);
  const [text, setText] = useState("");
  const [was, setWas] = useState<Was | null>(null);
  const { values } = useUrl();
  return (
    <div className="customers">
      <Switch>
        <Route path="/:id">{({ id }) => <One key={id} id={id ?? ""} reveal={reveal} setReveal={setReveal} was={was} setWas={setWas} />}</Route>
        <Route>
          {values.get("question") || (values.get("stage") && values.get("count")) ? <Behind reveal={reveal} setReveal={setReveal} /> : <Search reveal={reveal} setReveal={setReveal} text={text} setText={setText} />}
        </Route>
      </Switch>
    </div>
  );
}

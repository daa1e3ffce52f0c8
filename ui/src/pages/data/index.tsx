// Data: from dropped files to a map; sources, loads, what was set aside, who is who, what doctor finds, the rules.
import "@/pages/data/data.css";
import { Link, Route, Switch, useLocation } from "wouter";
import { useWorkspace } from "@/api/hooks";
import { Begin } from "@/pages/data/Begin";
import { Doctor } from "@/pages/data/Doctor";
import { Identity } from "@/pages/data/Identity";
import { Loads } from "@/pages/data/Loads";
import { Rejects } from "@/pages/data/Rejects";
import { Rules } from "@/pages/data/Rules";
import { Sources } from "@/pages/data/Sources";
import { ErrorBox } from "@/parts/ErrorBox";
import { useHref } from "@/url/state";
import { words } from "@/words";

const VIEWS = ["", "loads", "rejects", "identity", "doctor", "rules"] as const;

export default function Data() {
  const w = words.data;
  const workspace = useWorkspace();
  const [place] = useLocation();
  const href = useHref();
  // With a mistake in a definition there is no workspace to be told of; the rules are where it is put right.
  if (workspace.error) return <div className="data-page"><h1>{w.views.rules}</h1><ErrorBox error={workspace.error} /><Rules hasData={false} /></div>;
  if (!workspace.data) return null;
  const { state } = workspace.data;
  if (state === "empty") return <div className="data-page"><Begin /></div>;
  const loaded = state !== "new";
  const current = VIEWS.find((one) => one !== "" && place.startsWith(`/${one}`)) ?? "";
  return (
    <div className="data-page">
      <h1>{w.title}</h1>
      <nav className="views" aria-label={w.title}>
        {VIEWS.map((one) => <Link key={one} href={href(`/${one}`)} aria-current={one === current ? "page" : undefined}>{w.views[one || "sources"]}</Link>)}
      </nav>
      <Switch>
        <Route path="/rules"><Rules hasData={loaded} /></Route>
        {!loaded && current !== "" && <Route><p className="headline">{w.nothingYet} <Link href={href("/")}>{w.views.sources}</Link></p></Route>}
        <Route path="/loads"><Loads /></Route>
        <Route path="/rejects"><Rejects /></Route>
        <Route path="/identity"><Identity /></Route>
        <Route path="/doctor"><Doctor /></Route>
        <Route><Sources workspace={workspace.data} /></Route>
      </Switch>
    </div>
  );
}

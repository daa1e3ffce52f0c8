// Which page a URL opens. Pages are loaded when they are needed; the frame stays.
import { lazy, Suspense } from "react";
import { Link, Redirect, Route, Switch } from "wouter";
import { useNews, useWorkspace } from "@/api/hooks";
import { ProblemError } from "@/api/problem";
import { Shell } from "@/app/Shell";
import { PAGES } from "@/app/pages";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useAsked } from "@/url/state";
import { words } from "@/words";

const NotThere = lazy(() => import("@/pages/NotThere"));

export function App() {
  const workspace = useWorkspace();
  useNews(workspace.data);
  // A server that does not answer for a moment takes nothing away that is seen.
  if (workspace.error && (!workspace.data || workspace.error instanceof ProblemError)) return <main id="main"><Broken error={workspace.error} again={() => void workspace.refetch()} /></main>;
  if (!workspace.data) return <main id="main"><Waiting label={words.opening} /></main>;
  // Without data there is nothing to ask: every path leads to where they are brought.
  const empty = workspace.data.state === "empty" || workspace.data.state === "new";
  const pages = empty ? PAGES.filter((one) => one.id === "data") : PAGES;
  return (
    <Shell workspace={workspace.data}>
      <Suspense fallback={<Waiting label={words.opening} />}>
        <Switch>
          {pages.map((page) => <Route key={page.id} path={page.path} component={page.component} nest={page.nest} />)}
          {empty && <Route><Redirect to="/data" replace /></Route>}
          <Route component={NotThere} />
        </Switch>
      </Suspense>
    </Shell>
  );
}

/** There is no workspace to show. Where a definition has a mistake, it is put right on the page Data. */
function Broken({ error, again }: { error: Error; again: () => void }) {
  const { asked } = useAsked();
  const data = PAGES.find((one) => one.id === "data");
  const mistakes = error instanceof ProblemError && error.problem.code === "definition";
  // A journey that is no more is no end of the way: without its name the address leads to the one that is there.
  if (!mistakes || !data) return <><ErrorBox error={error} again={again} />{asked.journey && <p><Link href="/">{words.toMap}</Link></p>}</>;
  return (
    <Suspense fallback={<Waiting label={words.opening} />}>
      <Switch>
        <Route path={data.path} component={data.component} nest />
        <Route><ErrorBox error={error} again={again} /><p><Link href={`${data.path}/rules`}>{words.data.mend}</Link></p></Route>
      </Switch>
    </Suspense>
  );
}

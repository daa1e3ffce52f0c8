// Which page a URL opens. Pages are loaded when they are needed; the frame stays.
import { lazy, Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";
import { useWorkspace } from "@/api/hooks";
import { Shell } from "@/app/Shell";
import { PAGES } from "@/app/pages";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { words } from "@/words";

const NotThere = lazy(() => import("@/pages/NotThere"));

export function App() {
  const workspace = useWorkspace();
  if (workspace.error) return <main id="main"><ErrorBox error={workspace.error} again={() => void workspace.refetch()} /></main>;
  if (!workspace.data) return <main id="main"><Waiting label={words.opening} /></main>;
  const empty = workspace.data.state === "new";
  return (
    <Shell workspace={workspace.data}>
      <Suspense fallback={<Waiting label={words.opening} />}>
        <Switch>
          {empty && <Route path="/"><Redirect to="/data" replace /></Route>}
          {PAGES.map((page) => <Route key={page.id} path={page.path} component={page.component} nest={page.nest} />)}
          <Route component={NotThere} />
        </Switch>
      </Suspense>
    </Shell>
  );
}

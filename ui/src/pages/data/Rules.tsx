// The definitions as text: every mistake at its line, who would move before anything is saved, then saving; earlier versions.
import { Alert, Button, Group, Menu, SegmentedControl, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useWorkspace } from "@/api/hooks";
import { answered, ProblemError } from "@/api/problem";
import { askAnew } from "@/api/queries";
import { date } from "@/format";
import { checkRules, keptRules, tryRules } from "@/generated/client/sdk.gen";
import type { Mistake, RuleFileOut } from "@/generated/client/types.gen";
import { Editor, Mistakes } from "@/pages/data/Editor";
import { useRules, useSaving, useWork } from "@/pages/data/hooks";
import { PreviewView } from "@/pages/data/PreviewView";
import { Progress } from "@/pages/data/Progress";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useUrl } from "@/url/state";
import { words } from "@/words";

/** hasData: whether there is anybody to place. */
export function Rules({ hasData }: { hasData: boolean }) {
  const { values, set } = useUrl();
  const found = useRules();
  if (found.error) return <ErrorBox error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting label={words.opening} />;
  const file = found.data.find((one) => one.name === values.get("file")) ?? found.data[0];
  if (!file) return null;
  const names = found.data.map((one) => ({ value: one.name, label: one.name }));
  return (
    <Stack gap="sm">
      <p className="headline">{words.data.rulesAbout}</p>
      <SegmentedControl data={names} value={file.name} onChange={(name) => set({ file: name, line: undefined, preview: undefined })} aria-label={words.data.whichFile} className="choose-file" />
      <Edit key={file.name} file={file} hasData={hasData} />
    </Stack>
  );
}

/** What is written and not saved yet, by file: it is there again after another view of the app. */
const DRAFTS = new Map<string, { opened: RuleFileOut; text: string }>();

function Edit({ file, hasData }: { file: RuleFileOut; hasData: boolean }) {
  const w = words.data;
  const { values, set } = useUrl();
  const client = useQueryClient();
  const zone = useWorkspace().data?.time_zone;
  // What was opened stays beneath what is written, whatever another window saves meanwhile.
  const [opened, setOpened] = useState(() => DRAFTS.get(file.name)?.opened ?? file);
  const [text, setText] = useState(() => DRAFTS.get(file.name)?.text ?? file.text);
  const [mistakes, setMistakes] = useState<Mistake[]>([]);
  const [at, setAt] = useState<number | null>(Number(values.get("line")) || null);
  const [error, setError] = useState<Error | null>(null);
  const [tried, setTried] = useState("");
  const trying = useWork((job) => set({ preview: job.id }, true), false);
  const { save: write, placing } = useSaving(hasData);
  const asked = useRef(0);
  const changed = text !== opened.text;
  const overtaken = opened.stamp !== file.stamp;
  const take = () => { setOpened(file); setText(file.text); setError(null); };
  useEffect(() => { if (overtaken && (!changed || text === file.text)) take(); }, [file.stamp]);
  useEffect(() => {
    // What is typed is judged when the fingers rest; an answer to an older text is passed over.
    const mine = ++asked.current;
    const timer = setTimeout(() => {
      void answered(checkRules({ path: { name: file.name }, body: { text } })).then((told) => { if (mine === asked.current) setMistakes(told.mistakes); }, () => undefined);
    }, 350);
    return () => clearTimeout(timer);
  }, [text, file.name]);
  useEffect(() => {
    if (changed) DRAFTS.set(file.name, { opened, text });
    else DRAFTS.delete(file.name);
  }, [changed, opened, text, file.name]);
  useEffect(() => {
    if (!changed) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [changed]);

  const preview = () => { setTried(text); trying.begin(tryRules({ path: { name: file.name }, body: { text } })); };
  const save = async (over = opened) => {
    setError(null);
    try {
      setOpened(await write(file.name, text, over.stamp));
    } catch (failed) {
      // Another window was first: what it saved is shown beside this text, and somebody decides.
      if (failed instanceof ProblemError && failed.problem.code === "file_changed") await askAnew(client, { queryKey: ["rules"] });
      else setError(failed as Error);
      return;
    }
    set({ preview: undefined }, true);
  };
  const put = async (version: string) => setText((await answered(keptRules({ path: { name: file.name, version } }))).text);
  const isJourney = file.journey !== null;
  return (
    <>
      <Group gap="xs" className="rules-tools">
        {isJourney && hasData && <Button variant="default" onClick={preview} disabled={!changed || mistakes.length > 0 || trying.running}>{w.preview}</Button>}
        <Button onClick={() => void save()} disabled={!changed || overtaken || mistakes.length > 0 || placing.running}>{w.save}</Button>
        <Button variant="subtle" color="gray" disabled={!changed} onClick={take}>{w.revert}</Button>
        {file.kept.length > 0 && (
          <Menu withinPortal>
            <Menu.Target><Button variant="subtle" color="gray">{w.earlier(file.kept.length)}</Button></Menu.Target>
            <Menu.Dropdown mah="50vh" style={{ overflowY: "auto" }}>{file.kept.map((one) => <Menu.Item key={one} onClick={() => void put(one)}>{w.before(versionTime(one, zone))}</Menu.Item>)}</Menu.Dropdown>
          </Menu>
        )}
        <Text size="sm" className="muted" role="status">{changed ? w.unsaved : ""}</Text>
      </Group>
      {error && <ErrorBox error={error} />}
      {overtaken && changed && (
        <Alert color="orange" variant="outline" title={w.overtaken(file.name)} role="alert" maw="50rem">
          <p className="small">{w.overtakenAbout}</p>
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={take}>{w.takeTheirs}</Button>
            <Button size="xs" variant="default" disabled={mistakes.length > 0} onClick={() => void save(file)}>{w.saveMine}</Button>
          </Group>
        </Alert>
      )}
      <Progress work={trying} label={w.trying} />
      <Progress work={placing} label={w.placing} />
      {values.get("preview") && !trying.running && <PreviewView id={values.get("preview") ?? ""} outdated={tried !== "" && tried !== text} />}
      <Mistakes mistakes={mistakes} name={file.name} to={(line) => { setAt(null); requestAnimationFrame(() => setAt(line)); }} />
      <Editor label={file.name} text={text} change={setText} mistakes={mistakes.filter((one) => one.file === file.name)} at={at} />
    </>
  );
}

/** "20240301T101500000000Z" as a day and time, with its seconds. */
function versionTime(version: string, zone: string | undefined): string {
  const [, y, m, d, h, min, s] = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})/.exec(version) ?? [];
  return date(Date.parse(`${y}-${m}-${d}T${h}:${min}:${s}Z`) * 1_000, { dateStyle: "medium", timeStyle: "medium", timeZone: zone });
}

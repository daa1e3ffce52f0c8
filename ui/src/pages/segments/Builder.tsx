// A segment or persona while it is built: conditions as rows or as text, a live count, its face, its name, and saving it.
import { Button, Group, SegmentedControl, Stack, Textarea, TextInput, Title, Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import type { Counted } from "@/generated/client/types.gen";
import { FaceView } from "@/pages/segments/FaceView";
import { useFace, useSave, useTried, type Draft, type Kind } from "@/pages/segments/hooks";
import { Live } from "@/pages/segments/Live";
import { Rows } from "@/pages/segments/Rows";
import { emptyDid, idOf, isBlank } from "@/pages/segments/rule";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { useHref, useLocation, useUrl } from "@/url/state";
import { words } from "@/words";

const w = words.people;

/** old: what is edited. The rule stands in the address, so that a link opens it again, saved or not. */
export function Builder({ old, taken, file }: { old?: Counted; taken: string[]; file: string }) {
  const { values, set } = useUrl();
  const href = useHref();
  const [, go] = useLocation();
  const given = values.get("rule") ?? old?.rule ?? "";
  const [draft, setDraft] = useState<Draft>({ text: given || null, rows: given ? [] : [emptyDid()], join: "all" });
  const [asText, setAsText] = useState<boolean | null>(given ? null : false); // null: not known until the rule is read
  const [kind, setKind] = useState<Kind>(old?.kind ?? (values.get("kind") === "persona" ? "persona" : "segment"));
  const [label, setLabel] = useState(old?.label ?? values.get("label") ?? "");
  const [about, setAbout] = useState(old?.about ?? "");
  const [id, setId] = useState(old?.id ?? "");
  const [seen] = useState(old ? { label: old.label, about: old.about, rule: old.rule } : null); // whoever else saves meanwhile is not overwritten
  const tried = useTried(draft);
  const found = tried.data;
  const blank = draft.text === null ? isBlank(draft.rows) : !draft.text.trim();
  const save = useSave(kind, (saved) => go(href(`/${kind}/${saved}`)));
  const now = id || idOf(label, taken);
  const fits = found && found.mistakes.length === 0 && !tried.late;

  // A rule that was given as text is shown as rows where rows can say it.
  useEffect(() => {
    if (asText !== null || !found || tried.late) return;
    if (found.rows) setDraft({ text: null, rows: found.rows, join: found.join });
    setAsText(!found.rows);
  }, [asText, found, tried.late]);
  useEffect(() => {
    if (fits && found.rule && found.rule !== (values.get("rule") ?? old?.rule)) set({ rule: found.rule }, true);
  }, [fits, found?.rule]);

  if (asText === null && !tried.error) return <Waiting label={words.opening} />;
  const toRows = () => { if (found?.rows) { setDraft({ text: null, rows: found.rows, join: found.join }); setAsText(false); } };
  const toText = () => { setDraft({ ...draft, text: found?.rule ?? "" }); setAsText(true); };
  const part = { label, about, rule: found?.rule ?? "", was: old?.id ?? null, seen };
  return (
    <Stack gap="lg">
      <div>
        <Link href={href("/")} className="small">{w.backToAll}</Link>
        <Title order={1} size="h2">{old ? w.change(old.label) : w.newOne}</Title>
      </div>
      <div className="build">
        <Stack gap="md">
          <Group justify="space-between">
            <Title order={2} size="h4">{w.whoIsMeant}</Title>
            <Tooltip label={w.rowsCannot} disabled={!asText || !!found?.rows}>
              <SegmentedControl size="xs" aria-label={w.way} value={asText ? "text" : "rows"} data={[{ value: "rows", label: w.rows, disabled: !!asText && !found?.rows }, { value: "text", label: w.text }]} onChange={(value) => (value === "rows" ? toRows() : toText())} />
            </Tooltip>
          </Group>
          {asText
            ? <Textarea label={w.ruleText} description={w.ruleTextSaid} autosize minRows={3} value={draft.text ?? ""} onChange={(event) => setDraft({ ...draft, text: event.currentTarget.value })} className="rule-text" spellCheck={false} />
            : <Rows rows={draft.rows} join={draft.join} mistakes={blank ? [] : (found?.mistakes ?? [])} notices={found?.notices ?? []} change={(rows, join) => setDraft({ text: null, rows, join })} />}
          {!asText && found?.rule && !blank && <p className="small"><span className="muted">{w.asRule}</span> <code>{found.rule}</code></p>}
        </Stack>
        <Live tried={found} late={tried.late} blank={blank} />
      </div>
      {tried.error && <ErrorBox error={tried.error} again={() => void tried.refetch()} />}
      <form onSubmit={(event) => { event.preventDefault(); if (fits && now) save.mutate({ id: now, part }); }}>
        <Stack gap="sm" maw="46rem">
          <Title order={2} size="h4">{w.nameIt}</Title>
          {!old && <SegmentedControl aria-label={w.kindOf} value={kind} onChange={(value) => setKind(value as Kind)} data={[{ value: "segment", label: w.segment }, { value: "persona", label: w.persona }]} w="fit-content" />}
          <Group align="flex-end">
            <TextInput label={w.label} value={label} onChange={(event) => setLabel(event.currentTarget.value)} required flex={1} miw="14rem" />
            <TextInput label={w.id} description={w.idSaid} value={id} placeholder={idOf(label, taken)} onChange={(event) => setId(event.currentTarget.value)} w="14rem" />
          </Group>
          <Textarea label={w.about} description={kind === "persona" ? w.aboutPersona : undefined} autosize value={about} onChange={(event) => setAbout(event.currentTarget.value)} />
          {save.error && <ErrorBox error={save.error} />}
          <Group>
            <Button type="submit" disabled={!fits || !now || blank} loading={save.isPending}>{w.save}</Button>
            <span className="muted small">{w.saveSaid(file)}</span>
          </Group>
        </Stack>
      </form>
      {fits && !blank && found.customers !== null && found.customers > 0 && <Face rule={found.rule} />}
    </Stack>
  );
}

/** The face of the rule so far, when somebody asks for it. */
function Face({ rule }: { rule: string }) {
  const [asked, setAsked] = useState<string | null>(null);
  const face = useFace(asked === rule ? rule : null);
  if (asked !== rule) return <div><Button variant="default" onClick={() => setAsked(rule)}>{w.showFace}</Button></div>;
  if (face.error) return <ErrorBox error={face.error} again={() => void face.refetch()} />;
  return face.data ? <FaceView face={face.data} /> : <Waiting label={w.lookingAt} />;
}

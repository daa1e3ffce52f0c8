// A text with numbered lines, in which mistakes stand beside their lines. A textarea: what the browser's own keyboard knows, it knows.
import { useEffect, useMemo, useRef } from "react";
import type { Mistake } from "@/generated/client/types.gen";
import { words } from "@/words";

interface Props { label: string; text: string; change: (text: string) => void; mistakes: Mistake[]; at: number | null }

export function Editor({ label, text, change, mistakes, at }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const lines = useMemo(() => text.split("\n").length, [text]);
  const wrong = new Map(mistakes.map((one) => [one.line, one.message]));
  useEffect(() => {
    const box = area.current;
    if (!box || at === null) return;
    const before = box.value.split("\n").slice(0, at - 1).join("\n").length + (at > 1 ? 1 : 0);
    const end = box.value.indexOf("\n", before);
    box.focus({ preventScroll: true });
    box.setSelectionRange(before, end < 0 ? box.value.length : end);
    document.getElementById(`line-${at}`)?.scrollIntoView({ block: "center" });
  }, [at]);
  return (
    <div className="editor">
      <div className="lines" aria-hidden="true">
        {Array.from({ length: lines }, (_, i) => <span key={i} id={`line-${i + 1}`} className={wrong.has(i + 1) ? "wrong" : undefined} title={wrong.get(i + 1)}>{wrong.has(i + 1) ? "● " : ""}{i + 1}</span>)}
      </div>
      <textarea ref={area} className="yaml" aria-label={label} aria-invalid={mistakes.length > 0} aria-describedby="mistakes" value={text} rows={lines + 1} wrap="off" spellCheck={false} autoCapitalize="off" autoComplete="off" onChange={(event) => change(event.currentTarget.value)} />
    </div>
  );
}

/** Every mistake, each leading to its line. */
export function Mistakes({ mistakes, name, to }: { mistakes: Mistake[]; name: string; to: (line: number) => void }) {
  const w = words.data;
  return (
    <div id="mistakes" role="status" aria-live="polite">
      {mistakes.length > 0 && (
        <>
          <p className="bad">{w.mistakes(mistakes.length)}</p>
          <ul className="mistakes">
            {mistakes.map((one, i) => (
              <li key={i}>
                {one.file === name && one.line > 0 ? <button type="button" onClick={() => to(one.line)}>{w.line(one.line)}</button> : <span>{one.file}{one.line > 0 && `, ${w.line(one.line)}`}</span>} {one.message} <span className="muted">{one.hint}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

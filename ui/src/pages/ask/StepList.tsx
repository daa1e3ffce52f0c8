// Steps in their order: added by typing or from a list grouped by stage, moved by dragging or with the keyboard, taken out.
import { ActionIcon, Input } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconGripVertical, IconX } from "@tabler/icons-react";
import { useRef, useState, type KeyboardEvent } from "react";
import type { Choices } from "@/pages/ask/choices";
import { moved } from "@/pages/ask/fields";
import { Typed } from "@/pages/ask/Typed";
import { words } from "@/words";

interface Props { label: string; about: string; required: boolean; steps: string[]; choices: Choices; wrong: string | null; put: (steps: string[]) => void }

export function StepList({ label, about, required, steps, choices, wrong, put }: Props) {
  const [dragged, setDragged] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const list = useRef<HTMLOListElement>(null);
  const move = (from: number, to: number) => {
    if (to < 0 || to >= steps.length || from === to) return;
    put(moved(steps, from, to));
    setSaid(words.ask.moved(choices.label(steps[from] ?? ""), to + 1));
    // The step that was moved keeps the focus.
    requestAnimationFrame(() => list.current?.querySelectorAll<HTMLElement>("li")[to]?.focus());
  };
  const keys = (i: number) => (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    move(i, event.key === "ArrowUp" ? i - 1 : i + 1);
  };
  return (
    <Input.Wrapper label={label} description={`${about} ${steps.length > 1 ? words.ask.reorder : ""}`} required={required} labelElement="div" className="ask-steps">
      {steps.length > 0 && (
        <ol ref={list} aria-label={label}>
          {steps.map((one, i) => {
            const name = choices.label(one);
            return (
              <li
                key={`${one}-${i}`} tabIndex={0} draggable aria-label={words.ask.step(i + 1, name)} data-wrong={one === wrong || undefined} data-dragged={dragged === i || undefined}
                onKeyDown={keys(i)} onDragStart={(event) => { setDragged(i); event.dataTransfer.effectAllowed = "move"; }} onDragEnd={() => setDragged(null)}
                onDragOver={(event) => { if (dragged !== null) event.preventDefault(); }} onDrop={(event) => { event.preventDefault(); if (dragged !== null) move(dragged, i); setDragged(null); }}
              >
                <IconGripVertical size="0.9rem" aria-hidden="true" />
                <span className="ask-number">{i + 1}</span>
                <span className="ask-name">{name}</span>
                <ActionIcon size="sm" variant="transparent" color="gray" disabled={i === 0} aria-label={words.ask.earlier(name)} onClick={() => move(i, i - 1)}><IconChevronUp size="0.9rem" /></ActionIcon>
                <ActionIcon size="sm" variant="transparent" color="gray" disabled={i === steps.length - 1} aria-label={words.ask.later(name)} onClick={() => move(i, i + 1)}><IconChevronDown size="0.9rem" /></ActionIcon>
                <ActionIcon size="sm" variant="subtle" color="gray" aria-label={words.ask.drop(name)} onClick={() => put(steps.filter((_, k) => k !== i))}><IconX size="0.9rem" /></ActionIcon>
              </li>
            );
          })}
        </ol>
      )}
      <Typed label={words.ask.addStep} hiddenLabel placeholder={words.ask.addStep} description="" groups={choices.steps} value="" put={(one) => { if (one) put([...steps, one]); }} again />
      <span className="sr" role="status">{said}</span>
    </Input.Wrapper>
  );
}

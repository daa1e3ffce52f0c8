// How a question is counted and how others count: the page of the documentation about it, in a drawer.
import { Drawer } from "@mantine/core";
import { useEffect, useState, type ReactNode } from "react";
import { blocks, inline, type Block } from "@/parts/markdown";
import { useFocusBack } from "@/parts/useFocusBack";
import { words } from "@/words";

const PAGES = import.meta.glob<string>("../../../docs/questions/*.md", { query: "?raw", import: "default" });

export default function Counted({ name, opened, close }: { name: string; opened: boolean; close: () => void }) {
  const [text, setText] = useState("");
  useEffect(() => {
    let gone = false;
    void PAGES[`../../../docs/questions/${name}.md`]?.().then((found) => { if (!gone) setText(found); });
    return () => { gone = true; };
  }, [name]);
  useFocusBack(opened);
  return (
    <Drawer opened={opened} onClose={close} returnFocus={false} position="right" size="46rem" title={words.ask.howCounted} closeButtonProps={{ "aria-label": words.close }}>
      <article className="page-text">{blocks(text).map((one, i) => <Shown key={i} block={one} />)}</article>
    </Drawer>
  );
}

function Shown({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading": return block.level < 3 ? <h3>{spans(block.text)}</h3> : <h4>{spans(block.text)}</h4>;
    case "code": return <pre tabIndex={0}>{block.text}</pre>;
    case "list": return <ul>{block.items.map((one, i) => <li key={i}>{spans(one)}</li>)}</ul>;
    case "table": return (
      <div className="table-wrap" tabIndex={0} role="region" aria-label={block.head.join(", ")}>
        <table className="data-table">
          <thead><tr>{block.head.map((one, i) => <th key={i} scope="col">{spans(one)}</th>)}</tr></thead>
          <tbody>{block.rows.map((row, i) => <tr key={i}>{row.map((one, k) => <td key={k}>{spans(one)}</td>)}</tr>)}</tbody>
        </table>
      </div>
    );
    default: return <p>{spans(block.text)}</p>;
  }
}

function spans(text: string): ReactNode {
  return inline(text).map((one, i) => (one.kind === "code" ? <code key={i}>{one.text}</code> : one.kind === "strong" ? <strong key={i}>{one.text}</strong> : one.kind === "em" ? <em key={i}>{one.text}</em> : one.text));
}

// The little of Markdown that our documentation uses, as data: headings, paragraphs, lists, tables, code. Links keep their words.
export type Block =
  | { kind: "heading"; level: number; text: string }
  | { kind: "text" | "code"; text: string }
  | { kind: "list"; items: string[] }
  | { kind: "table"; head: string[]; rows: string[][] };
export interface Span { kind: "text" | "code" | "strong" | "em"; text: string }

const ITEM = /^(?:[-*]|\d+\.) /;

export function blocks(markdown: string): Block[] {
  const lines = markdown.replace(/<!--[\s\S]*?-->/g, "").split("\n");
  const found: Block[] = [];
  let i = 0;
  const take = (more: (line: string) => boolean): string[] => {
    const from = i;
    while (i < lines.length && more(lines[i] ?? "")) i++;
    return lines.slice(from, i);
  };
  while (i < lines.length) {
    const line = lines[i] ?? "";
    const heading = /^(#{1,6}) (.*)$/.exec(line);
    if (line.startsWith("```")) {
      i++;
      found.push({ kind: "code", text: take((one) => !one.startsWith("```")).join("\n") });
      i++;
    } else if (heading) {
      i++;
      found.push({ kind: "heading", level: heading[1]?.length ?? 1, text: heading[2] ?? "" });
    } else if (line.startsWith("|")) {
      const [head, , ...rows] = take((one) => one.startsWith("|"));
      found.push({ kind: "table", head: cells(head ?? ""), rows: rows.map(cells) });
    } else if (ITEM.test(line)) {
      const items: string[] = [];
      for (const one of take((each) => ITEM.test(each) || /^ {2,}\S/.test(each))) {
        if (ITEM.test(one)) items.push(one.replace(ITEM, ""));
        else items[items.length - 1] += ` ${one.trim()}`;
      }
      found.push({ kind: "list", items });
    } else if (line.trim() === "") {
      i++;
    } else {
      found.push({ kind: "text", text: take((one) => one.trim() !== "" && !/^(```|#{1,6} |\|)/.test(one) && !ITEM.test(one)).join(" ") });
    }
  }
  return found;
}

function cells(line: string): string[] {
  return line.replace(/^\||\|\s*$/g, "").split(/(?<!\\)\|/).map((one) => one.trim().replaceAll("\\|", "|"));
}

export function inline(text: string): Span[] {
  const found: Span[] = [];
  const plain = (part: string) => { if (part) found.push({ kind: "text", text: part }); };
  let rest = text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1");
  for (;;) {
    const mark = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*/.exec(rest);
    if (!mark) break;
    plain(rest.slice(0, mark.index));
    if (mark[1] !== undefined) found.push({ kind: "code", text: mark[1] });
    else if (mark[2] !== undefined) found.push({ kind: "strong", text: mark[2] });
    else found.push({ kind: "em", text: mark[3] ?? "" });
    rest = rest.slice(mark.index + mark[0].length);
  }
  plain(rest);
  return found;
}

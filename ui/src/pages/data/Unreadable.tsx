// Files that were passed over since nothing could read them: which, why, and what to do.
import { Alert } from "@mantine/core";
import { words } from "@/words";

export function Unreadable({ files }: { files: Record<string, string> }) {
  const w = words.data;
  const names = Object.entries(files);
  if (!names.length) return null;
  return (
    <Alert color="orange" variant="outline" role="alert" title={w.unreadable(names.length)} maw="50rem">
      <ul className="notes">{names.map(([name, why]) => <li key={name}>{why}</li>)}</ul>
    </Alert>
  );
}

// A file on its way to the server: piece by piece, with how far it is, and it can be stopped.
import { ProblemError } from "@/api/problem";
import type { Problem } from "@/api/types";
import { number } from "@/format";
import { words } from "@/words";

export interface Sending { done: Promise<void>; stop: () => void }

export function send(file: File, replace: boolean, told: (share: number) => void): Sending {
  // fetch cannot tell how much of a body has gone.
  const request = new XMLHttpRequest();
  const done = new Promise<void>((resolve, reject) => {
    request.upload.onprogress = (event) => told(event.total ? event.loaded / event.total : 0);
    request.onerror = () => reject(new Error(words.unreachable));
    request.onabort = () => reject(new Error(words.data.stopped));
    request.onload = () => (request.status < 300 ? resolve() : reject(problem(request)));
    request.open("POST", `/api/v1/uploads?name=${encodeURIComponent(file.name)}${replace ? "&replace=true" : ""}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  });
  return { done, stop: () => request.abort() };
}

function problem(request: XMLHttpRequest): Error {
  try {
    return new ProblemError(JSON.parse(request.responseText) as Problem);
  } catch {
    return new Error(`${request.status} ${request.statusText}`);
  }
}

/** Whether a file may be dropped, as far as its name and size tell: "" or why not. */
export function refused(file: { name: string; size: number }, endings: string[], most: number): string {
  const w = words.data;
  const at = file.name.lastIndexOf(".");
  if (at < 1 || !endings.includes(file.name.slice(at).toLowerCase())) return w.noData(file.name);
  return file.size > most ? w.tooLarge(file.name, bytes(most)) : "";
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** "3.4 MB" in the reader's locale. */
export function bytes(size: number): string {
  const place = Math.min(UNITS.length - 1, size < 1 ? 0 : Math.floor(Math.log10(size) / 3));
  return number(size / 1000 ** place, { style: "unit", unit: UNITS[place] ?? "byte", unitDisplay: place ? "short" : "long", maximumFractionDigits: place ? 1 : 0 });
}

import { afterEach, expect, test, vi } from "vitest";
import { onlineManager } from "@tanstack/react-query";
import { asJob } from "@/api/jobs";
import { queries } from "@/api/queries";
import type { JobOut } from "@/api/types";

class Source {
  static CLOSED = 2;
  static last: Source | undefined;
  readyState = 1;
  onmessage: (event: { data: string }) => void = () => {};
  onerror: () => void = () => {};
  constructor(readonly url: string) {
    Source.last = this;
  }
  close() {
    this.readyState = Source.CLOSED;
  }
}
const started = Promise.resolve({ id: "one" } as JobOut);

afterEach(() => vi.unstubAllGlobals());

test("a job whose program has ended is over, and not waited for until the end of days", async () => {
  vi.stubGlobal("EventSource", Source);
  const told: number[] = [];
  const waiting = asJob(started, new AbortController().signal, ({ share }) => told.push(share));
  await started;
  await Promise.resolve();
  Source.last?.onmessage({ data: JSON.stringify({ id: "one", state: "running", step: "", share: 0.5 }) });
  Source.last?.onerror(); // cut off: the browser takes it up again
  Source.last?.close();
  Source.last?.onerror(); // refused: another program knows nothing of it
  await expect(waiting).rejects.toThrow("ended with the program");
  expect(told).toEqual([0, 0.5]);
});

test("without any network this machine is asked all the same", async () => {
  onlineManager.setOnline(false);
  await expect(queries.fetchQuery({ queryKey: ["any"], queryFn: () => 1 })).resolves.toBe(1);
  onlineManager.setOnline(true);
});

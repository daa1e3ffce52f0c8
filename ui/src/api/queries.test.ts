import { notifyManager, QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { askAnew } from "@/api/queries";

test("what is on its way when something changes is asked for again, also where it is the first answer", async () => {
  const client = new QueryClient();
  const asked: ((answer: string) => void)[] = [];
  const observer = new QueryObserver(client, { queryKey: ["files"], queryFn: () => new Promise<string>((answer) => asked.push(answer)) });
  const stopped: boolean[] = []; // whether a page that draws itself now would say so
  const leave = observer.subscribe(notifyManager.batchCalls(() => {
    const { data, fetchStatus } = observer.getCurrentResult();
    stopped.push(!data && fetchStatus === "idle");
  }));
  await expect.poll(() => asked.length).toBe(1);
  const anew = askAnew(client, { queryKey: ["files"] });
  await expect.poll(() => asked.length).toBe(2);
  asked[0]?.("as it was");
  asked[1]?.("as it is");
  await anew;
  expect(client.getQueryData(["files"])).toBe("as it is");
  expect(stopped).not.toContain(true);
  leave();
});

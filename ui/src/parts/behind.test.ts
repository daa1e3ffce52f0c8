import { expect, test } from "vitest";
import { asked, behind } from "@/parts/behind";
import { changed } from "@/url/state";

test("a question's fields come back as they were", () => {
  const values = behind("attribution", "converted", { count: "session", steps: ["page", "cart"], own: true, by: undefined });
  const address = new URLSearchParams(changed("?segment=mobile", values));
  expect(address.get("question")).toBe("attribution");
  expect(address.get("count")).toBe("converted");
  const fields = asked(address);
  expect(fields.get("count")).toBe("session");
  expect(fields.getAll("steps")).toEqual(["page", "cart"]);
  expect(fields.get("own")).toBe("yes");
  expect(fields.get("segment")).toBe("mobile");
  expect(fields.has("question")).toBe(false);
});

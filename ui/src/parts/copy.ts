// Text to the clipboard, and a word that it is there. Without the right to the clipboard, by way of a field on the page.
import { notifications } from "@mantine/notifications";
import { words } from "@/words";

export async function copy(text: string): Promise<void> {
  const done = await written(text);
  notifications.show({ message: done ? words.copied : words.ask.copyFailed, autoClose: done ? 1_500 : 6_000 });
}

async function written(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return byField(text);
  }
}

function byField(text: string): boolean {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.setAttribute("readonly", "");
  field.className = "sr";
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}

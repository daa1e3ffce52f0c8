// Text to the clipboard, and a word that it is there.
import { notifications } from "@mantine/notifications";
import { words } from "@/words";

export async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  notifications.show({ message: words.copied, autoClose: 1_500 });
}

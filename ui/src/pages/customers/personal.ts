// What was searched for stands in the page's address only where it names nobody: an address is kept in histories and logs.

/** Whether a text may be an e-mail address, a phone number or another number of a person. */
export function mayBePersonal(text: string): boolean {
  if (/[@＠]/.test(text)) return true;
  return (text.match(/\d/g) ?? []).length >= 6;
}

/** The part of the address for a search; nothing where the text may name a person. */
export function inAddress(text: string): string | undefined {
  const plain = text.trim();
  return plain && !mayBePersonal(plain) ? plain : undefined;
}

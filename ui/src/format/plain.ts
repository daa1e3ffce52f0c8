// Numbers and dates in the reader's locale, from formats that are made once: to make one takes a hundred times as long as to use it.

const numbers = new Map<string, Intl.NumberFormat>();
const dates = new Map<string, Intl.DateTimeFormat>();

function once<O extends object, F>(kept: Map<string, F>, options: O, make: (options: O) => F): F {
  const key = JSON.stringify(options);
  const found = kept.get(key) ?? make(options);
  kept.set(key, found);
  return found;
}

/** A number as people write it: many locales have a hyphen for the minus, and a "−0" is none. */
export function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  const format = once(numbers, options, (own) => new Intl.NumberFormat(undefined, { signDisplay: "negative", ...own }));
  return format.format(value).replaceAll("-", "−");
}

/** Microseconds since 1970 as a date; "" where that is no time. */
export function date(micro: number, options: Intl.DateTimeFormatOptions): string {
  return Number.isFinite(micro) ? once(dates, options, (own) => new Intl.DateTimeFormat(undefined, own)).format(micro / 1_000) : "";
}

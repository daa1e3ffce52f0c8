// How many decimals a currency has: amounts come as whole minor units (cents, yen, fils), and what a browser believes of a
// currency is not always what ISO 4217 says. The same as core/money.py, which a test holds this file to.
const OTHERS: [number, string][] = [
  [0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"],
  [3, "BHD IQD JOD KWD LYD OMR TND"],
  [4, "CLF UYW"],
];
const DIGITS = new Map(OTHERS.flatMap(([digits, codes]) => codes.split(" ").map((code): [string, number] => [code, digits])));

export function decimals(currency: string | null | undefined): number {
  return DIGITS.get(currency ?? "") ?? 2;
}

// The journeys of a workspace by name, and the file that defines each.
export const MAIN = "main"; // of journey.yaml, which no address has to name

export function fileOf(journey: string): string {
  return journey === MAIN ? "journey.yaml" : `${journey}.journey.yaml`;
}

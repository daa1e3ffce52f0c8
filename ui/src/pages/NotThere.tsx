// A path that is no page.
import { Stack } from "@mantine/core";
import { Link } from "wouter";
import { words } from "@/words";

export default function NotThere() {
  return <Stack align="flex-start"><h1>{words.notThere}</h1><Link href="/">{words.toMap}</Link></Stack>;
}

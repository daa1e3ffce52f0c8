// The map, the home of the app.
import { Stack, Title } from "@mantine/core";
import { useMap } from "@/api/hooks";
import { day } from "@/format";
import { ErrorBox } from "@/parts/ErrorBox";
import { Waiting } from "@/parts/Waiting";
import { words } from "@/words";

export default function MapPage() {
  const map = useMap();
  if (map.error) return <ErrorBox error={map.error} again={() => void map.refetch()} />;
  if (!map.data) return <Waiting label={words.opening} />;
  return (
    <Stack>
      <Title order={1} size="h2">{map.data.title} <small className="muted">{day(map.data.as_of, map.data.time_zone)}</small></Title>
      {map.data.headlines.map((one) => <p key={one.before + one.strong} className="headline">{one.before}<strong>{one.strong}</strong>{one.after}</p>)}
    </Stack>
  );
}

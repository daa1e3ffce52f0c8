// What can be done with the whole map: undo and redo what was written, present it, export it.
import { ActionIcon, Button, Group, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp, IconPresentation } from "@tabler/icons-react";
import type { MapDocument } from "@/api/types";
import { ExportMenu } from "@/pages/map/ExportMenu";
import { useWriting } from "@/pages/map/writing";
import { useUrl } from "@/url/state";
import { words } from "@/words";

export function Tools({ map }: { map: MapDocument }) {
  const { set } = useUrl();
  const { undo, redo, state } = useWriting();
  return (
    <Group gap="xs" className="map-tools">
      <span role="status" className="small muted">{state === "saving" ? words.map.write.saving : state === "saved" ? words.map.write.saved : state === "failed" ? words.map.write.failed : ""}</span>
      {(undo || redo) && (
        <>
          <Tooltip label={words.map.write.undo}><ActionIcon variant="subtle" aria-label={words.map.write.undo} disabled={!undo} onClick={() => undo?.()}><IconArrowBackUp size="1.1rem" /></ActionIcon></Tooltip>
          <Tooltip label={words.map.write.redo}><ActionIcon variant="subtle" aria-label={words.map.write.redo} disabled={!redo} onClick={() => redo?.()}><IconArrowForwardUp size="1.1rem" /></ActionIcon></Tooltip>
        </>
      )}
      <Button variant="subtle" size="xs" leftSection={<IconPresentation size="1rem" />} onClick={() => set({ present: "1" })}>{words.map.present.start}</Button>
      <ExportMenu title={map.title} />
    </Group>
  );
}

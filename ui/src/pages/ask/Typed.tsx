// A text that can be typed or chosen from groups; it counts once it is chosen, or left, or confirmed by Enter.
import { Combobox, InputBase, useCombobox } from "@mantine/core";
import { useEffect, useState, type ReactNode } from "react";
import { matching, type ChoiceGroup } from "@/pages/ask/choices";

interface Props {
  label: string;
  description: string;
  groups: ChoiceGroup[];
  value: string;
  put: (value: string) => void;
  hiddenLabel?: boolean;
  required?: boolean;
  placeholder?: string;
  error?: ReactNode;
  again?: boolean;
}

export function Typed({ label, description, groups, value, put, hiddenLabel, required, placeholder, error, again }: Props) {
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const labelOf = (one: string) => groups.flatMap((group) => group.items).find((item) => item.value === one)?.label ?? one;
  const [draft, setDraft] = useState(labelOf(value));
  const [typing, setTyping] = useState(false);
  const shown = labelOf(value);
  useEffect(() => setDraft(shown), [shown]);
  const done = (next: string) => {
    setTyping(false);
    combobox.closeDropdown();
    setDraft(again ? "" : labelOf(next));
    if (next !== value) put(next);
  };
  const leave = () => {
    combobox.closeDropdown();
    if (!typing) return;
    const exact = groups.flatMap((group) => group.items).find((item) => item.label.toLowerCase() === draft.trim().toLowerCase());
    done(exact?.value ?? draft.trim());
  };
  const found = matching(groups, typing ? draft : "");
  return (
    <Combobox store={combobox} withinPortal onOptionSubmit={done}>
      <Combobox.Target>
        <InputBase
          label={hiddenLabel ? undefined : label} aria-label={hiddenLabel ? label : undefined} description={description || undefined} error={error} withAsterisk={required} placeholder={placeholder ?? ""}
          value={draft} rightSection={<Combobox.Chevron />} rightSectionPointerEvents="none"
          onChange={(event) => { setDraft(event.currentTarget.value); setTyping(true); combobox.openDropdown(); combobox.updateSelectedOptionIndex(); }}
          onFocus={(event) => { combobox.openDropdown(); event.currentTarget.select(); }} onClick={() => combobox.openDropdown()} onBlur={leave}
          onKeyDown={(event) => { if (event.key === "Enter" && combobox.getSelectedOptionIndex() === -1) { event.preventDefault(); leave(); } }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!found.length}>
        <Combobox.Options mah="18rem" style={{ overflowY: "auto" }} aria-label={label}>
          {found.map((group) => (
            <Combobox.Group key={group.group} label={group.group}>
              {group.items.map((one) => <Combobox.Option key={one.value} value={one.value}>{one.label}</Combobox.Option>)}
            </Combobox.Group>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

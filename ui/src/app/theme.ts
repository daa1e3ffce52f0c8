// The look: quiet paper, dark ink, one earthy track, one teal for what customers say. Colours come from the map's palette.
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const teal: MantineColorsTuple = [
  "#eef6f6", "#d9ebea", "#b3d6d5", "#88bfbe", "#57b4b4", "#3d9899", "#2b8184", "#1c6b6f", "#15575b", "#0d4447",
];
const track: MantineColorsTuple = [
  "#fbf2ea", "#f3e1d0", "#e9cdb1", "#dfb48c", "#d98a55", "#c47a42", "#b16a35", "#9c4f26", "#84411e", "#6b3417",
];

// Fields and controls in the dark are of the same paper as the page, not of a neutral grey.
const dark: MantineColorsTuple = [
  "#e8ece9", "#c9d1cd", "#9da9a4", "#7d8a85", "#414d4a", "#34403d", "#1f2826", "#1a2120", "#161c1b", "#131817",
];

// Greys of paper, not of steel, in the light.
const gray: MantineColorsTuple = [
  "#f8f5ef", "#f1ece3", "#e9e3d8", "#ded7ca", "#cbc4b7", "#aaa294", "#857e71", "#4f4a42", "#37332d", "#231f1b",
];

export const theme = createTheme({
  fontFamily: "Inter, 'Inter Variable', ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif",
  headings: { fontWeight: "600" },
  colors: { teal, track, dark, gray },
  primaryColor: "teal",
  // White on it can be read in both themes; what is a line or a word in the dark takes --teal.
  primaryShade: 7,
  autoContrast: true,
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  // The head of a drawer is no banner of the page.
  components: {
    Drawer: { defaultProps: { attributes: { header: { role: "presentation" } } } },
    Modal: { defaultProps: { attributes: { header: { role: "presentation" } } } },
    // A menu has items, and nothing else that takes the focus: it has it itself when it opens. It stays when an item far
    // down scrolls its button out of sight.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, hideDetached: false } },
  },
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
});

const both = {
  "--mantine-color-body": "var(--paper)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--muted)",
  "--mantine-color-default": "var(--card)",
  "--mantine-color-default-border": "var(--edge)",
  "--mantine-color-default-hover": "var(--tint)",
  "--mantine-color-anchor": "var(--teal)",
  "--mantine-color-error": "var(--bad)",
  "--mantine-color-placeholder": "var(--muted)",
};

export const variables: CSSVariablesResolver = () => ({ variables: {}, light: both, dark: both });

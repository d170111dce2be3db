import {
  Alert,
  Badge,
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
} from "@mantine/core";

const INK: MantineColorsTuple = [
  "#eef3ff",
  "#dbe4fa",
  "#b4c6f1",
  "#8aa6e8",
  "#678be0",
  "#4f79dc",
  "#2f5fd0",
  "#2450b4",
  "#2551bd",
  "#0b378e",
];

/** The looks of the console: the reader's own fonts, one colour of ours. */
export const THEME = createTheme({
  primaryColor: "ink",
  primaryShade: 8,
  colors: { ink: INK },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  autoContrast: true,
  luminanceThreshold: 0.2,
  components: {
    // In its own colour the title of a yellow one could not be read.
    Alert: Alert.extend({ styles: { title: { color: "var(--mantine-color-text)" } } }),
    // By name, so that the first load does not have them.
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Badge: Badge.extend({
      defaultProps: { variant: "dot", radius: "sm", tt: "none", fw: 500, size: "md" },
    }),
  },
});

/** Quiet text that still has the contrast that readers need (WCAG 2.2, 1.4.3). */
export const VARIABLES: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-dimmed": "#545c66", "--mantine-color-placeholder": "#6b747d" },
  dark: { "--mantine-color-dimmed": "#adb3ba", "--mantine-color-placeholder": "#9aa1a9" },
});

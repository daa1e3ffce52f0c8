import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@/generated/palette.css";
import "@/app/app.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queries } from "@/api/queries";
import { App } from "@/app/App";
import { theme, variables } from "@/app/theme";
import { words } from "@/words";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";
// What locks the page's scrolling behind a drawer writes a style of its own, and looks for the nonce under this name.
Object.assign(globalThis, { __webpack_nonce__: nonce });
// Menus, lists and messages stand above the page: in a place that who listens to the page finds, too.
const above = document.createElement("div");
above.setAttribute("data-mantine-shared-portal-node", "true");
above.setAttribute("role", "region");
above.setAttribute("aria-label", words.above);
document.body.append(above);
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
        <Notifications position="bottom-right" />
        <QueryClientProvider client={queries}>
          <App />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

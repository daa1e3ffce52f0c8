// Every text of the app, in the glossary's words. Another language is another file of the same shape.
export { en as words } from "./en";

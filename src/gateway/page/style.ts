// The search page's style: one set of names for colours, with values for light and for dark.

export const style = `
:root {
  color-scheme: light dark;
  --page: #fbfbf9; --card: #ffffff; --ink: #1d1c1a; --muted: #63625d; --line: #d9d8d2; --accent: #2767b0; --failed: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #141518; --card: #1c1e22; --ink: #ecebe8; --muted: #a5a4a0; --line: #34363c; --accent: #6fb1f5; --failed: #ff8a80;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.1rem; margin: 0 0 .75rem; }
form { margin: 0; }
.row { display: flex; gap: .5rem; flex-wrap: wrap; align-items: center; }
input, select, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .5rem .75rem; }
#question { flex: 1 1 16rem; min-width: 0; padding: .7rem .9rem; }
button { cursor: pointer; }
button[type=submit] { background: var(--accent); border-color: var(--accent); color: var(--page); font-weight: 600; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.narrow { margin-top: .5rem; color: var(--muted); font-size: .9rem; }
.narrow input, .narrow select { padding: .25rem .5rem; }
.narrow input[type=number] { width: 4.5rem; }
#said { margin: .9rem 0; min-height: 1.5rem; color: var(--muted); }
#said.failed { color: var(--failed); }
ol { list-style: none; margin: 0; padding: 0; }
li { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .8rem 1rem; margin: 0 0 .75rem; }
li:focus-visible { outline-offset: 0; }
.place { font-weight: 600; overflow-wrap: anywhere; }
.score { float: right; color: var(--muted); font-variant-numeric: tabular-nums; margin-left: 1rem; }
.heading, .also { color: var(--muted); font-size: .9rem; overflow-wrap: anywhere; }
.text { margin: .4rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 7.5em; overflow: hidden; }
li[aria-expanded=true] .text { max-height: none; }
kbd { font: inherit; font-size: .8rem; border: 1px solid var(--line); border-radius: 4px; padding: 0 .3rem; }
.keys { color: var(--muted); font-size: .85rem; margin-top: 2rem; }
`;

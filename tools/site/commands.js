// The button of a transcript copies its commands, without the prompts and what they print.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".language-console [data-clipboard-target]");
  if (!button) return;
  const code = button.closest("pre").querySelector("code").cloneNode(true);
  code.querySelectorAll(".gp, .go").forEach((each) => each.remove());
  button.dataset.clipboardText = code.textContent.replace(/\n+/g, "\n").trim();
}, true);

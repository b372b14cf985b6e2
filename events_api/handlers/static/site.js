// The menu of narrow screens, and the focus on a form's errors. Without this file everything stays open and usable.

const button = document.querySelector(".menu-button");
const nav = document.getElementById("site-nav");

if (button && nav) {
  const show = (open) => {
    nav.toggleAttribute("data-closed", !open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.hidden = false;
  show(false);
  button.addEventListener("click", () => show(nav.hasAttribute("data-closed")));
  nav.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && getComputedStyle(button).display !== "none") {
      show(false);
      button.focus();
    }
  });
}

document.querySelector(".error-summary")?.focus();

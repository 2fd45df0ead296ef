// What the staff site's pages keep and do. Alpine's CSP build evaluates no code of a template, only names.
document.addEventListener("alpine:init", () => {
  const kept = "sidebarDesktopOpen";
  Alpine.data("theme", () => theme());
  Alpine.data("searchForm", () => searchForm());
  Alpine.data("staffPage", () => ({
    activeTab: "general",
    sidebarMobileOpen: false,
    sidebarDesktopOpen: localStorage.getItem(kept) !== "0",
    toggleSidebar() {
      this.sidebarDesktopOpen = !this.sidebarDesktopOpen;
      localStorage.setItem(kept, this.sidebarDesktopOpen ? "1" : "0");
    },
    toggleMobile() {
      this.sidebarMobileOpen = !this.sidebarMobileOpen;
    },
  }));
});

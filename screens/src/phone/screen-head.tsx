/** Title and lead of one phone screen. */
export function ScreenHead({ title, lead }: { title: string; lead?: string }) {
  return (
    <header class="mb-5">
      <h3 class="font-serif text-xl leading-snug font-bold">{title}</h3>
      {lead && <p class="mt-1 text-sm text-muted">{lead}</p>}
    </header>
  );
}

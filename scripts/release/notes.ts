/** The section of a version in the changelog, without its heading. Undefined if it does not exist or is empty. */
export function notesOf(version: string, changelog: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1)
  const section = sections.find((text) => text.split(/[\s(]/)[0] === version)
  return section?.replace(/^.*\n/, '').trim() || undefined
}

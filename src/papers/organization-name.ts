// Words that stay small within a name: University of Science and Technology of China.
const SMALL_WORDS = new Set(
  'a an and at by de del della der des di do du e et for für in la le of on the und van von y'.split(' '),
)

/**
 * The name of an organization for readers: blanks and underscores at the ends are removed, and a name of several words in
 * lower case gets capitals. Other names keep their case: "inclusionAI"; a handle such as "openai" may be an abbreviation.
 */
export function organizationName(name: string): string {
  const trimmed = name.replace(/[\s_]+/g, ' ').trim()
  if (!trimmed.includes(' ') || trimmed !== trimmed.toLowerCase()) return trimmed
  return trimmed
    .split(' ')
    .map((word, i) => (i > 0 && SMALL_WORDS.has(word) ? word : capitalized(word)))
    .join(' ')
}

/** Also after a hyphen. */
const capitalized = (word: string): string =>
  word.replace(/(?<![^-])\p{Ll}/gu, (letter) => letter.toUpperCase())

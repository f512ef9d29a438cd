/** a; a and b; a, b and c. */
export function listWords(words: string[], last: 'and' | 'or'): string {
  const before = words.slice(0, -1).join(', ')
  return before ? `${before} ${last} ${words.at(-1)}` : (words[0] ?? '')
}

/** "<digest.ID@papers.example>" → ID; undefined for a Message-ID of another form. */
export const parseOwnMessageId = (field: string): string | undefined =>
  /^<?[a-z-]+\.([\w-]{16})@[^\s<>@]+>?$/.exec(field.trim())?.[1]

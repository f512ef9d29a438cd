const number = new Intl.NumberFormat('en')

/** What is kept about an action, in words: "3,000 rows, 2,990 taken" for counts, anything else as it is. */
export function actionDetailText(detail: string): string {
  if (!detail.startsWith('{')) return detail
  return Object.entries(JSON.parse(detail) as Record<string, unknown>)
    .map(([name, value]) =>
      typeof value === 'number' ? `${number.format(value)} ${name}` : `${name} ${value}`,
    )
    .join(', ')
}

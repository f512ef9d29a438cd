const number = new Intl.NumberFormat('en')

/** Formats the detail of a logged action: "3,000 rows, 2,990 taken" for counts, other text unchanged. */
export function actionDetailText(detail: string): string {
  if (!detail.startsWith('{')) return detail
  return Object.entries(JSON.parse(detail) as Record<string, unknown>)
    .map(([name, value]) =>
      typeof value === 'number' ? `${number.format(value)} ${name}` : `${name} ${value}`,
    )
    .join(', ')
}

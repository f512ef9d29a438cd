import { textOf } from './site.ts'

/** Chooses a library as a file in a form, from an address that a proxy tells. */
export async function uploadLibrary(
  url: string,
  { body, from, signal }: { body: string; from: string; signal?: AbortSignal },
): Promise<{ status: number; text: string }> {
  const form = new FormData()
  form.set('library', new Blob([body]), 'my.bib')
  const headers = { accept: 'text/html', 'x-forwarded-for': from }
  const response = await fetch(url, { method: 'POST', body: form, headers, signal: signal ?? null })
  return { status: response.status, text: textOf(await response.text()) }
}

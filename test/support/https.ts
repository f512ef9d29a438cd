import { request } from 'node:https'

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

export interface Asking {
  ca: string
  method?: string
  headers?: Record<string, string>
  body?: string
  /** The address on this machine to come from: any of 127.0.0.0/8. */
  from?: string
}

/** A request over TLS that trusts one authority, as a client from an address of choice. */
export const ask = (url: string, { ca, body, from, ...options }: Asking): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { ...options, ca, localAddress: from, agent: false, family: 4 }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({
          status: answer.statusCode!,
          headers: answer.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      )
    })
    asked.on('error', reject)
    asked.end(body)
  })

/** What a form sends. */
export const form = (fields: Record<string, string>) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
})

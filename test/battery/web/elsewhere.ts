// Ways to say where a redirect should lead, and where that is not here.

export const ELSEWHERE = [
  'https://evil.example/',
  '//evil.example',
  '///evil.example/x',
  '/\\evil.example',
  '\\\\evil.example',
  'https:evil.example',
  'https://evil.example/%2f..',
  'http://evil.example',
  '/%2f%2fevil.example',
  '/%5cevil.example',
  '/\t/evil.example',
  '/%09/evil.example',
  '/%0d%0aLocation:%20https://evil.example',
  '/\r\nSet-Cookie: a=b',
  'javascript:alert(1)',
  'data:text/html,x',
  '@evil.example',
  '/@evil.example',
  'https://localhost:3000@evil.example',
  '.evil.example',
  '%E3%80%82evil.example',
]
/** What a form could follow. */
export const NAMES = [
  'next',
  'url',
  'return',
  'return_to',
  'redirect',
  'back',
  'to',
  'from',
  'change',
  'date',
  'q',
]
/** What our own forms and pages read. */
export const OWN_NAMES = ['zone', 'meant', 'page', 'topic', 'hour', 'email', 'days']
/** What a site that builds links from a request would follow. */
export const ELSEWHERE_HEADERS = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  referer: 'https://evil.example/',
  origin: 'https://evil.example',
}

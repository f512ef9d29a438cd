// What a source or a visitor could enter to see whether it reaches a reader as more than text.

const BIDI = '\u202e\u2066\u200f'

/** Not an element of the site: if a page contains it, something was not escaped. */
export const ALIVE = 'x-alive'

export const HOSTILE = {
  /** Matches every paper below. Its name is its query. */
  topic: `attention OR "</h2></title></textarea><${ALIVE}>" OR "'><${ALIVE} onclick=1>"`,
  /** Matches none of them, and comes near to all. */
  quietTopic: `attention AND "<${ALIVE}>unobtainium"`,
  /** What a visitor may call a topic, or type in another field. */
  name: `"><${ALIVE} onload=1> '><script>alert(12)</script></textarea></title><b>x</b>`,
  titles: [
    `Attention <script>alert(1)</script> is not all`,
    `Attention "><img src=x onerror=alert(2)>`,
    `Attention </title></style></textarea><svg/onload=alert(3)>`,
    `Attention ${BIDI}drawkcab`,
    `Attention \u0000 zero \u0007 bell \u001b[31m red`,
    `Attention ]]><!--<a href="javascript:alert(4)">x</a>-->`,
    'Attention {{constructor}} $`{7*7}` <%= 7*7 %> <mj-raw><b>raw</b></mj-raw>',
    'Attention \r\nBcc: victim@reader.example\r\n\r\nbody',
    `Attention &lt;script&gt;alert(5)&lt;/script&gt; &#106;avascript:alert(6)`,
    'Attention $\\href{javascript:alert(7)}{x}$ and $<script>$',
    `Attention <${ALIVE}> ${'W'.repeat(3000)}`,
    `Attention <${ALIVE}> \ud800 alone`,
  ],
} as const

const links = ['javascript:alert(8)', 'data:text/html,<script>alert(9)</script>', 'http://plain.example/']

export const hostilePapers = HOSTILE.titles.map((title, i) => ({
  id: `2511.${String(i + 1).padStart(5, '0')}`,
  title: `${title} <${ALIVE}>`,
  summary: `An abstract on attention. ${title} <a href="javascript:alert(10)">x</a> <style>*{display:none}</style>`,
  authors: [`Eve <b>${i}</b> <${ALIVE}>`, title.slice(0, 300)],
  code: links[i % links.length],
  project: links[(i + 1) % links.length],
  organization: title.slice(0, 200),
  keywords: [title.slice(0, 100), 'attention'],
  categories: ['cs.LG', '"><script>alert(11)</script>'],
  votes: 20 - i,
}))

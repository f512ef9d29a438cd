// What a source could hand us to see whether it reaches a reader as more than text.

const BIDI = '\u202e\u2066\u200f'

/** Texts whose `alive` parts must never come out as markup, link or control. */
export const HOSTILE = {
  topic: 'attention',
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
    `Attention ${'W'.repeat(3000)}`,
    'Attention \ud800 alone',
  ],
} as const

const links = ['javascript:alert(8)', 'data:text/html,<script>alert(9)</script>', 'http://plain.example/']

export const hostilePapers = HOSTILE.titles.map((title, i) => ({
  id: `2511.${String(i + 1).padStart(5, '0')}`,
  title,
  summary: `An abstract on attention. ${title} <a href="javascript:alert(10)">x</a> <style>*{display:none}</style>`,
  authors: [`Eve <b>${i}</b>`, title.slice(0, 300)],
  code: links[i % links.length],
  project: links[(i + 1) % links.length],
  organization: title.slice(0, 200),
  keywords: [title.slice(0, 100), 'attention'],
  categories: ['cs.LG', '"><script>alert(11)</script>'],
  votes: 20 - i,
}))

/** The subjects of each arXiv archive; none if the archive is itself a category, such as hep-th. */
const SUBJECTS: Record<string, string> = {
  cs: `AI CL CC CE CG GT CV CY CR DS DB DL DM DC ET FL GL GR AR HC IR IT LG LO MS MA MM NI NE NA OS OH PF PL RO SI SE SD
    SC SY`,
  stat: 'AP CO ML ME OT TH',
  eess: 'AS IV SP SY',
  math: 'AG AT AP CT CA CO AC CV DG DS FA GM GN GT GR HO IT KT LO MP MG NT NA OA OC PR QA RT RA SP ST SG',
  'q-bio': 'BM CB GN MN NC OT PE QM SC TO',
  'q-fin': 'CP EC GN MF PM PR RM ST TR',
  econ: 'EM GN TH',
  physics: `acc-ph app-ph ao-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an flu-dyn gen-ph geo-ph hist-ph
    ins-det med-ph optics ed-ph soc-ph plasm-ph pop-ph space-ph`,
  'astro-ph': 'GA CO EP HE IM SR',
  'cond-mat': 'dis-nn mtrl-sci mes-hall other quant-gas soft stat-mech str-el supr-con',
  nlin: 'AO CG CD SI PS',
  'gr-qc': '',
  'hep-ex': '',
  'hep-lat': '',
  'hep-ph': '',
  'hep-th': '',
  'math-ph': '',
  'nucl-ex': '',
  'nucl-th': '',
  'quant-ph': '',
}

export const ARXIV_ARCHIVES: readonly string[] = Object.keys(SUBJECTS)

/** "cs.LG", "hep-th" */
export const ARXIV_CATEGORIES: readonly string[] = Object.entries(SUBJECTS).flatMap(([archive, subjects]) =>
  subjects === '' ? [archive] : subjects.split(/\s+/).map((subject) => `${archive}.${subject}`),
)

const PHYSICS = 'physics'
// Archives that are groups themselves; all others belong to physics.
const GROUPS = ['cs', 'econ', 'eess', 'math', 'q-bio', 'q-fin', 'stat']

const BY_LOWER_CASE = new Map(ARXIV_CATEGORIES.map((id) => [id.toLowerCase(), id]))

/** "cs.cl" as "cs.CL"; undefined for an unknown category, and for an archive with categories, such as "cs". */
export const parseCategoryId = (text: string): string | undefined =>
  BY_LOWER_CASE.get(text.trim().toLowerCase())

/** The OAI-PMH set of a category, group:archive:CATEGORY: "cs:cs:CL", "physics:quant-ph", "physics:astro-ph:CO". */
export function oaiSetOf(category: string): string {
  const [archive = ''] = category.split('.')
  return `${GROUPS.includes(archive) ? archive : PHYSICS}:${category.replace('.', ':')}`
}

// Each pair is one category with two names. A paper may have either name, or both.
const ALIASES = [
  ['cs.IT', 'math.IT'],
  ['cs.NA', 'math.NA'],
  ['cs.SY', 'eess.SY'],
  ['math-ph', 'math.MP'],
  ['math.ST', 'stat.TH'],
  ['q-fin.EC', 'econ.GN'],
]

/** Whether two ids are the same category, such as "cs.SY" and "eess.SY". */
export const isSameCategory = (one: string, other: string): boolean =>
  one === other || ALIASES.some((pair) => pair.includes(one) && pair.includes(other))

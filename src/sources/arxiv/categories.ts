/**
 * arXiv's categories by archive, as "id name". The id is without its archive; a dot means that the archive is the
 * category.
 */
const TAXONOMY: [archive: string, name: string, categories: string][] = [
  [
    'cs',
    'Computer Science',
    `AI Artificial Intelligence; CL Computation and Language; CC Computational Complexity; CE Computational
    Engineering, Finance, and Science; CG Computational Geometry; GT Computer Science and Game Theory; CV Computer
    Vision and Pattern Recognition; CY Computers and Society; CR Cryptography and Security; DS Data Structures and
    Algorithms; DB Databases; DL Digital Libraries; DM Discrete Mathematics; DC Distributed, Parallel, and Cluster
    Computing; ET Emerging Technologies; FL Formal Languages and Automata Theory; GL General Literature; GR Graphics;
    AR Hardware Architecture; HC Human-Computer Interaction; IR Information Retrieval; IT Information Theory; LG
    Machine Learning; LO Logic in Computer Science; MS Mathematical Software; MA Multiagent Systems; MM Multimedia; NI
    Networking and Internet Architecture; NE Neural and Evolutionary Computing; NA Numerical Analysis; OS Operating
    Systems; OH Other Computer Science; PF Performance; PL Programming Languages; RO Robotics; SI Social and
    Information Networks; SE Software Engineering; SD Sound; SC Symbolic Computation; SY Systems and Control`,
  ],
  [
    'stat',
    'Statistics',
    `AP Applications; CO Computation; ML Machine Learning; ME Methodology; OT Other Statistics; TH Statistics Theory`,
  ],
  [
    'eess',
    'Electrical Engineering and Systems Science',
    `AS Audio and Speech Processing; IV Image and Video Processing; SP Signal Processing; SY Systems and Control`,
  ],
  [
    'math',
    'Mathematics',
    `AG Algebraic Geometry; AT Algebraic Topology; AP Analysis of PDEs; CT Category Theory; CA Classical Analysis and
    ODEs; CO Combinatorics; AC Commutative Algebra; CV Complex Variables; DG Differential Geometry; DS Dynamical
    Systems; FA Functional Analysis; GM General Mathematics; GN General Topology; GT Geometric Topology; GR Group
    Theory; HO History and Overview; IT Information Theory; KT K-Theory and Homology; LO Logic; MP Mathematical
    Physics; MG Metric Geometry; NT Number Theory; NA Numerical Analysis; OA Operator Algebras; OC Optimization and
    Control; PR Probability; QA Quantum Algebra; RT Representation Theory; RA Rings and Algebras; SP Spectral Theory;
    ST Statistics Theory; SG Symplectic Geometry`,
  ],
  [
    'q-bio',
    'Quantitative Biology',
    `BM Biomolecules; CB Cell Behavior; GN Genomics; MN Molecular Networks; NC Neurons and Cognition; OT Other
    Quantitative Biology; PE Populations and Evolution; QM Quantitative Methods; SC Subcellular Processes; TO Tissues
    and Organs`,
  ],
  [
    'q-fin',
    'Quantitative Finance',
    `CP Computational Finance; EC Economics; GN General Finance; MF Mathematical Finance; PM Portfolio Management; PR
    Pricing of Securities; RM Risk Management; ST Statistical Finance; TR Trading and Market Microstructure`,
  ],
  ['econ', 'Economics', `EM Econometrics; GN General Economics; TH Theoretical Economics`],
  [
    'physics',
    'Physics',
    `acc-ph Accelerator Physics; app-ph Applied Physics; ao-ph Atmospheric and Oceanic Physics; atm-clus Atomic and
    Molecular Clusters; atom-ph Atomic Physics; bio-ph Biological Physics; chem-ph Chemical Physics; class-ph Classical
    Physics; comp-ph Computational Physics; data-an Data Analysis, Statistics and Probability; flu-dyn Fluid Dynamics;
    gen-ph General Physics; geo-ph Geophysics; hist-ph History and Philosophy of Physics; ins-det Instrumentation and
    Detectors; med-ph Medical Physics; optics Optics; ed-ph Physics Education; soc-ph Physics and Society; plasm-ph
    Plasma Physics; pop-ph Popular Physics; space-ph Space Physics`,
  ],
  [
    'astro-ph',
    'Astrophysics',
    `GA Astrophysics of Galaxies; CO Cosmology and Nongalactic Astrophysics; EP Earth and Planetary Astrophysics; HE High
    Energy Astrophysical Phenomena; IM Instrumentation and Methods for Astrophysics; SR Solar and Stellar Astrophysics`,
  ],
  [
    'cond-mat',
    'Condensed Matter',
    `dis-nn Disordered Systems and Neural Networks; mtrl-sci Materials Science; mes-hall Mesoscale and Nanoscale Physics;
    other Other Condensed Matter; quant-gas Quantum Gases; soft Soft Condensed Matter; stat-mech Statistical Mechanics;
    str-el Strongly Correlated Electrons; supr-con Superconductivity`,
  ],
  [
    'nlin',
    'Nonlinear Sciences',
    `AO Adaptation and Self-Organizing Systems; CG Cellular Automata and Lattice Gases; CD Chaotic Dynamics; SI Exactly
    Solvable and Integrable Systems; PS Pattern Formation and Solitons`,
  ],
  ['gr-qc', 'General Relativity and Quantum Cosmology', '.'],
  ['hep-ex', 'High Energy Physics - Experiment', '.'],
  ['hep-lat', 'High Energy Physics - Lattice', '.'],
  ['hep-ph', 'High Energy Physics - Phenomenology', '.'],
  ['hep-th', 'High Energy Physics - Theory', '.'],
  ['math-ph', 'Mathematical Physics', '.'],
  ['nucl-ex', 'Nuclear Experiment', '.'],
  ['nucl-th', 'Nuclear Theory', '.'],
  ['quant-ph', 'Quantum Physics', '.'],
]

interface ArxivCategory {
  /** "cs.LG" */
  id: string
  /** "Machine Learning" */
  name: string
}

interface ArxivArchive extends ArxivCategory {
  /** Empty if the archive is itself a category, such as hep-th. */
  categories: ArxivCategory[]
}

/** Every arXiv archive with its categories. The archives that most readers need are first. */
export const ARXIV_ARCHIVES: ArxivArchive[] = TAXONOMY.map(([archive, name, categories]) => ({
  id: archive,
  name,
  categories: categories === '.' ? [] : categories.split(';').map((line) => categoryOf(archive, line)),
}))

function categoryOf(archive: string, line: string): ArxivCategory {
  const [subject = '', ...name] = line.trim().split(/\s+/)
  return { id: `${archive}.${subject}`, name: name.join(' ') }
}

const PHYSICS = 'physics'
// Archives that are groups themselves; all others belong to physics.
const GROUPS = ['cs', 'econ', 'eess', 'math', 'q-bio', 'q-fin', 'stat']

const CATEGORY_IDS = new Set(
  ARXIV_ARCHIVES.flatMap(({ id, categories }) =>
    categories.length ? categories.map((one) => one.id) : [id],
  ),
)

const BY_LOWER_CASE = new Map([...CATEGORY_IDS].map((id) => [id.toLowerCase(), id]))

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

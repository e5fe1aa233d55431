/** Families of tasks as people read them. Pure. */

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  mlp: 'MLP',
  rnn: 'RNN',
  lm: 'LM',
  vae: 'VAE',
  conv: 'conv',
};

/** `imageMlp` → `image MLP` */
export function familyName(family: string): string {
  return family
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .split(' ')
    .map((word) => ABBREVIATIONS[word.toLowerCase()] ?? word.toLowerCase())
    .join(' ');
}

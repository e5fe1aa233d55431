/** Text in which the shade changes from token to token. */
export function Tokens({ tokens }: { readonly tokens: readonly string[] }) {
  return (
    <>
      {tokens.map((token, i) => (
        <span key={i} class={i % 2 === 0 ? 'token' : 'token odd'}>
          {token}
        </span>
      ))}
    </>
  );
}

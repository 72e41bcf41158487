/** Digits that roll to their new value, like a counter on a wall. */
export function RollingNumber({ value }: { readonly value: number }) {
  const text = Math.round(value).toLocaleString('en-US');
  return (
    <span className="scr-roll" role="text" aria-label={text}>
      {text.split('').map((char, index) => {
        // Counted from the right, so that units stay units when a digit is added.
        const place = text.length - index;
        return /\d/.test(char) ? (
          <span key={place} className="scr-digit" aria-hidden="true">
            <span style={{ transform: `translateY(${String(-Number(char) * 10)}%)` }}>
              {'0123456789'.split('').map((digit) => (
                <i key={digit}>{digit}</i>
              ))}
            </span>
          </span>
        ) : (
          <span key={place} className="scr-comma" aria-hidden="true">
            {char}
          </span>
        );
      })}
    </span>
  );
}

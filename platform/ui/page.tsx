import { Link } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';

export interface Crumb {
  readonly label: string;
  readonly to: string;
}

/** Title row of every page: where you are, what it is, what you can do. */
export function PageFrame({
  title,
  note,
  crumbs = [],
  actions,
  children,
  fill = false,
}: {
  readonly title: ReactNode;
  readonly note?: ReactNode;
  readonly crumbs?: readonly Crumb[];
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** The content takes the window's height (search). */
  readonly fill?: boolean;
}) {
  useEffect(() => {
    if (typeof title === 'string') document.title = `${title} · 杏林`;
  }, [title]);
  return (
    <div className={fill ? 'xl-page xl-page-fill' : 'xl-page'}>
      <header className="xl-page-head">
        <div className="xl-page-title">
          {crumbs.length === 0 ? null : (
            <nav className="xl-crumbs" aria-label="breadcrumb">
              {crumbs.map((crumb) => (
                <Link key={crumb.to} to={crumb.to}>
                  {crumb.label}
                </Link>
              ))}
            </nav>
          )}
          <h1>{title}</h1>
          {note === undefined ? null : <div className="xl-page-note">{note}</div>}
        </div>
        {actions === undefined ? null : <div className="xl-page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A titled surface; the dense sibling of antd's Card. */
export function Panel({
  title,
  extra,
  children,
  flush = false,
  className = '',
}: {
  readonly title?: ReactNode;
  readonly extra?: ReactNode;
  readonly children: ReactNode;
  /** No inner padding: tables reach the edges. */
  readonly flush?: boolean;
  readonly className?: string;
}) {
  return (
    <section className={`xl-panel ${className}`}>
      {title === undefined && extra === undefined ? null : (
        <div className="xl-panel-head">
          <h2>{title}</h2>
          <div className="xl-panel-extra">{extra}</div>
        </div>
      )}
      <div className={flush ? 'xl-panel-flush' : 'xl-panel-body'}>{children}</div>
    </section>
  );
}

export interface Fact {
  readonly label: ReactNode;
  readonly value: ReactNode;
}

/** Label-value pairs in columns. */
export function Facts({
  items,
  columns = 2,
}: {
  readonly items: readonly (Fact | undefined)[];
  readonly columns?: 1 | 2 | 3 | 4;
}) {
  return (
    <dl className={`xl-facts xl-facts-${String(columns)}`}>
      {items.map((item, index) =>
        item === undefined ? null : (
          <div key={index}>
            <dt>{item.label}</dt>
            <dd>{item.value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

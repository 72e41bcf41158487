import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { App } from 'antd';
import { api, ApiError, type ApiOptions } from './api.ts';

/** A write: shows success or the error's text, then re-reads what it changed. */
export function useAct<T = unknown>(options: {
  readonly done?: string;
  readonly refresh?: readonly QueryKey[];
  readonly onDone?: (result: T) => void;
  readonly quiet?: boolean;
}) {
  const client = useQueryClient();
  const { message } = App.useApp();
  return useMutation<T, unknown, { readonly path: string } & ApiOptions>({
    mutationFn: ({ path, ...rest }) => api<T>(path, { method: 'POST', ...rest }),
    onSuccess: (result) => {
      if (options.done !== undefined) void message.success(options.done);
      for (const queryKey of options.refresh ?? []) void client.invalidateQueries({ queryKey });
      options.onDone?.(result);
    },
    onError: (error) => {
      if (options.quiet === true) return;
      void message.error(
        error instanceof ApiError
          ? `${error.message}${error.details.length > 0 ? ` (${error.details.map((detail) => `${detail.path} ${detail.message}`).join('; ')})` : ''}`
          : String(error),
        6,
      );
    },
  });
}

// People and records for browser tests, made through the API with the same helpers as the API tests. The program under
// test holds the demo company; its administrator makes everybody else.
import * as api from "../../api/lib.mjs";

export { PASSWORD, query, send, signIn, unique, until } from "../../api/lib.mjs";
export type Client = api.Client;

/** The administrator of the demo company. */
export const ADMIN = { login: "admin", password: "Dabiao-Demo-2026" };

let known: Promise<api.Client> | null = null;

/** The administrator, signed in once a worker; also the one the API helpers act as. */
export function admin(): Promise<api.Client> {
    known ??= api.signIn(ADMIN.login, ADMIN.password).then((client) => {
        api.actAs(client);
        return client;
    });
    return known;
}

type Wishes = Parameters<typeof api.person>[0];

/** Somebody past the first change of password: a Client with login and password. */
export async function person(wishes?: Wishes): Promise<api.Client> {
    await admin();
    return api.person(wishes);
}

/** Somebody who still has the first password: login and that password. */
export async function newcomer(): Promise<{ login: string; password: string }> {
    const boss = await admin();
    const login = api.unique("new").toLowerCase();
    const made = await boss.post("/users", { login, name: "新同事", department_id: (await api.company()).id,
        role_ids: [await api.roleId("sales")] });
    const { first_password: password } = await boss.post(`/users/${made.id}/reset-password`, undefined);
    return { login, password };
}

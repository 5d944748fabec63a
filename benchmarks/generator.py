"""Fills a database with the same years of work for every model, in SQL.

A million rows through the ORM would take half an hour. One table of made-up requests is
drawn up first; tickets, tasks and leads are then copies of it, so that all sides answer
the same questions about the same work.
"""

from odoo.tools import SQL

OPEN_REQUESTS = 2_000
CUSTOMERS = 1_000
YEARS = 3
# One word that about five requests have whatever their number, and one that many have.
RARE_WORD = "mainframe"
COMMON_WORD = "printer"

PARTNERS = """
    CREATE UNLOGGED TABLE bench_customer AS
    SELECT n,
           nextval('res_partner_id_seq')::int AS customer_id,
           nextval('res_partner_id_seq')::int AS partner_id,
           'person' || n || '@customer' || n || '.example' AS email
      FROM generate_series(1, %(customers)s) AS n;

    INSERT INTO res_partner (id, commercial_partner_id, name, complete_name, is_company,
                             active, partner_share, type, lang, color, email,
                             email_normalized, create_date, write_date)
    SELECT customer_id, customer_id, 'Customer ' || n, 'Customer ' || n, TRUE,
           TRUE, TRUE, 'contact', 'en_US', 0, 'office@customer' || n || '.example',
           'office@customer' || n || '.example', now(), now()
      FROM bench_customer;

    INSERT INTO res_partner (id, commercial_partner_id, parent_id, name, complete_name,
                             is_company, active, partner_share, type, lang, color, email,
                             email_normalized, create_date, write_date)
    SELECT partner_id, customer_id, customer_id, 'Person ' || n,
           'Customer ' || n || ', Person ' || n, FALSE, TRUE, TRUE, 'contact', 'en_US', 0,
           email, email, now(), now()
      FROM bench_customer;
"""

# Numbers are spread by primes, so that every run makes the same requests. Open ones are
# a fifth of the newest: work is closed roughly, not strictly, in the order it came.
REQUESTS = """
    CREATE UNLOGGED TABLE bench_request AS
    SELECT i,
           i > %(total)s - 5 * %(open)s AND i %% 5 = 0 AS is_open,
           (ARRAY['No connection to the', 'Question about the', 'Please replace the',
                  'Error on the', 'Access to the', 'Slow since Monday: the'])
               [1 + i * 31 %% 6]
           || ' '
           || CASE WHEN i %% (%(total)s / 5) = 7 THEN %(rare)s
                   ELSE (ARRAY['network', 'mail server', 'accounting software', 'phone',
                               'laptop', 'screen', 'backup', 'website', %(common)s,
                               'firewall', 'cash desk', 'scanner', 'archive', 'switch',
                               'time clock', 'tablet', 'database', 'camera', 'door',
                               'licence server'])[1 + i * 7 %% 20]
              END
           || ' in ' || (ARRAY['Lyon', 'Ghent', 'Geneva', 'Paris', 'Namur'])[1 + i %% 5]
           || ' ' || i AS name,
           (ARRAY['0', '1', '1', '1', '1', '1', '1', '2', '2', '3'])[1 + i * 13 %% 10]
               AS priority,
           1 + i * 7919 %% %(customers)s AS customer_no,
           1 + i * 17 %% %(users)s AS user_no,
           1 + i * 11 %% %(teams)s AS team_no,
           now() AT TIME ZONE 'UTC'
               - (%(total)s - i) * (%(years)s * interval '365 days' / %(total)s) AS at
      FROM generate_series(1, %(total)s::bigint) AS i;
"""

TICKETS = """
    INSERT INTO psa_ticket (company_id, type_id, team_id, stage_id, stage_category,
                            user_id, partner_id, customer_id, create_uid, write_uid,
                            access_token, number, name, channel, email_from,
                            email_normalized, identified_by, priority, tracking_key,
                            active, requested_at, read_at, assigned_at,
                            first_response_at, resolved_at, closed_at, create_date,
                            write_date)
    SELECT %(company)s, %(type)s, (%(teams)s)[team_no],
           CASE WHEN is_open THEN (%(open_stages)s)[1 + i / 5 %% 3] ELSE %(done_stage)s END,
           CASE WHEN is_open THEN (ARRAY['new', 'open', 'waiting'])[1 + i / 5 %% 3]
                ELSE 'closed' END,
           (%(users)s)[user_no], partner_id, customer_id, 1, 1,
           'token-' || i, 'T-' || lpad(i::text, greatest(5, length(i::text)), '0'),
           name, 'email', email, email, 'address', priority, lpad(i::text, 10, '0'),
           TRUE, at, at, at, at,
           CASE WHEN NOT is_open THEN at + interval '2 days' END,
           CASE WHEN NOT is_open THEN at + interval '7 days' END,
           at, at
      FROM bench_request JOIN bench_customer ON n = customer_no
  ORDER BY i;

    UPDATE res_partner SET psa_is_customer = TRUE
     WHERE id IN (SELECT customer_id FROM bench_customer);

    INSERT INTO psa_event (ticket_id, at, kind, new, create_date)
    SELECT id, create_date, 'created', 'email', create_date FROM psa_ticket ORDER BY id;

    SELECT setval('ir_sequence_' || lpad(%(sequence)s::text, 3, '0'), %(total)s);
"""

OCA_TICKETS = """
    INSERT INTO helpdesk_ticket (company_id, team_id, stage_id, user_id, partner_id,
                                 commercial_partner_id, create_uid, write_uid,
                                 access_token, number, name, description, partner_name,
                                 partner_email, priority, sequence, active, unattended,
                                 last_stage_update, assigned_date, closed_date,
                                 create_date, write_date)
    SELECT %(company)s, (%(teams)s)[team_no],
           CASE WHEN is_open THEN (%(open_stages)s)[1 + i / 5 %% 3] ELSE %(done_stage)s END,
           (%(users)s)[user_no], partner_id, customer_id, 1, 1,
           'token-' || i, 'HT' || lpad(i::text, 10, '0'), name, '<p>' || name || '</p>',
           'Person ' || n, email, priority, 10, TRUE, FALSE,
           at, at, CASE WHEN NOT is_open THEN at + interval '7 days' END,
           at, at
      FROM bench_request JOIN bench_customer ON n = customer_no
  ORDER BY i;
"""

TASKS = """
    INSERT INTO project_task (company_id, project_id, stage_id, state, partner_id,
                              create_uid, write_uid, access_token, name, email_from,
                              priority, sequence, color, active, display_in_project,
                              recurring_task, is_template, has_template_ancestor,
                              date_assign, date_end, date_last_stage_update, create_date,
                              write_date)
    SELECT %(company)s, (%(teams)s)[team_no],
           CASE WHEN is_open THEN (%(open_stages)s)[1 + i / 5 %% 3] ELSE %(done_stage)s END,
           CASE WHEN is_open THEN '01_in_progress' ELSE '1_done' END, partner_id,
           1, 1, 'token-' || i, name, email,
           priority, 10, 0, TRUE, TRUE,
           FALSE, FALSE, FALSE,
           at, CASE WHEN NOT is_open THEN at + interval '2 days' END, at, at,
           at
      FROM bench_request JOIN bench_customer ON n = customer_no
  ORDER BY i;

    INSERT INTO project_task_user_rel (task_id, user_id)
    SELECT task.id, (%(users)s)[user_no]
      FROM project_task AS task JOIN bench_request ON access_token = 'token-' || i;
"""

LEADS = """
    INSERT INTO crm_lead (company_id, type, team_id, stage_id, won_status, user_id,
                          partner_id, partner_name, contact_name, create_uid, write_uid,
                          name, email_from, email_normalized, priority, color, active,
                          probability, automated_probability, expected_revenue,
                          date_open, date_closed, date_last_stage_update, create_date,
                          write_date)
    SELECT %(company)s, 'opportunity', (%(teams)s)[team_no],
           CASE WHEN is_open THEN (%(open_stages)s)[1 + i / 5 %% 3] ELSE %(done_stage)s END,
           CASE WHEN is_open THEN 'pending' ELSE 'won' END, (%(users)s)[user_no],
           partner_id, 'Customer ' || n, 'Person ' || n, 1, 1,
           name, email, email, priority, 0, TRUE,
           CASE WHEN is_open THEN 20 ELSE 100 END, 20, i %% 9000,
           at, CASE WHEN NOT is_open THEN at + interval '2 days' END, at, at,
           at
      FROM bench_request JOIN bench_customer ON n = customer_no
  ORDER BY i;
"""

# The request and an answer, for what is open; the requester follows.
CONVERSATIONS = """
    INSERT INTO mail_message (model, res_id, message_type, subtype_id, author_id,
                              email_from, subject, body, message_id, date, is_internal,
                              create_date, write_date)
    SELECT %(model)s, record.id, 'comment', %(subtype)s, record.partner_id,
           'person@customer.example', record.name,
           '<p>Hello, please help us: ' || record.name || '</p>',
           '<' || kind || '-' || record.id || '-' || %(model)s || '@bench.example>',
           record.create_date, FALSE, record.create_date, record.create_date
      FROM {table} AS record, unnest(ARRAY['request', 'answer']) AS kind
     WHERE record.partner_id IS NOT NULL AND {is_open}
  ORDER BY record.id;

    WITH follower AS (
        INSERT INTO mail_followers (res_model, res_id, partner_id)
        SELECT %(model)s, record.id, record.partner_id
          FROM {table} AS record
         WHERE record.partner_id IS NOT NULL AND {is_open}
     RETURNING id
    )
    INSERT INTO mail_followers_mail_message_subtype_rel
                (mail_followers_id, mail_message_subtype_id)
    SELECT id, %(subtype)s FROM follower;
"""


def make_requests(env, total, users, teams):
    """Draw up the customers and the requests that :func:`copy_requests` copies.

    :param int total: number of requests; at most a fifth of the newest is open
    :param int users: number of agents
    :param int teams: number of teams, projects or sales teams
    """
    env.cr.execute(PARTNERS, {"customers": CUSTOMERS})
    env.cr.execute(
        REQUESTS,
        {
            "total": total,
            "open": min(OPEN_REQUESTS, total // 5),
            "customers": CUSTOMERS,
            "users": users,
            "teams": teams,
            "years": YEARS,
            "rare": RARE_WORD,
            "common": COMMON_WORD,
        },
    )


def copy_requests(env, statement, model, is_open, values):
    """Copy the requests into the table of a model, with the conversations of open ones.

    :param str statement: `TICKETS`, `TASKS` or `LEADS`
    :param str is_open: SQL condition on ``record``
    :param dict values: ids that the statement names
    """
    env.cr.execute(statement, values)
    subtype = env.ref("mail.mt_comment").id
    table = env[model]._table
    env.cr.execute(
        CONVERSATIONS.format(table=table, is_open=is_open),
        {"model": model, "subtype": subtype},
    )


def analyze(env):
    """Let PostgreSQL know its new data, as autovacuum would during the night."""
    env.cr.execute("DROP TABLE bench_request")
    env.cr.commit()
    with env.registry.cursor() as cr:
        cr._cnx.autocommit = True
        cr.execute(SQL("VACUUM ANALYZE"))

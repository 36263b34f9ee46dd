"""Every address of the hub, one row each; tests/web/access.toml says of each who may see it."""

from django.urls import path

from upstate.hub.api import site as api
from upstate.hub.api.page import api_reference
from upstate.hub.web.pages import (
    account,
    agents,
    alerts,
    alive,
    audit,
    batch,
    districts,
    errors,
    errors_all,
    errors_clear,
    errors_record,
    fields,
    history,
    matrix,
    overview,
    people,
    people_roles,
    provider,
    reasons,
    requests,
    tokens,
    zones,
    zones_switch,
)

urlpatterns = [
    # for everyone
    path("alive/", alive.alive, name="alive"),
    path("sign-in/", account.sign_in, name="sign_in"),
    path("sign-out/", account.sign_out, name="sign_out"),
    path("password/forgotten/", account.forgotten, name="password_forgotten"),
    path("password/<uid>/<token>/", account.set_password, name="password_set"),
    path("single-sign-on/<provider_id>/login/", provider.login, name="openid_connect_login"),
    path("single-sign-on/<provider_id>/login/callback/", provider.callback, name="openid_connect_callback"),
    # about no one district
    path("", districts.home, name="home"),
    path("districts/", districts.districts, name="districts"),
    path("audit/", audit.audit, name="audit"),
    path("reasons/", reasons.reasons, name="reasons"),
    path("fields/", fields.fields, name="fields"),
    path("fields/change/", fields.fields_change, name="fields_change"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/delete/", alerts.alerts_delete, name="alerts_delete"),
    path("matrix/", matrix.matrix, name="matrix"),
    path("requests/", requests.requests, name="requests"),
    path("requests/new/", requests.request_new, name="request_new"),
    path("requests/place/", requests.request_place, name="request_place"),
    path("requests/<int:number>/", requests.one_request, name="request"),
    path("zones/", zones.zones, name="zones"),
    path("zones/switch/", zones_switch.zones_switch, name="zones_switch"),
    path("zones/switched/", zones_switch.zones_switched, name="zones_switched"),
    path("zones/<int:district>/", zones.zone, name="zone"),
    path("zones/<int:district>/change/", zones.zone_change, name="zone_change"),
    path("agents/", agents.agents, name="agents"),
    path("people/", people.people, name="people"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/<int:number>/", people.person, name="person"),
    path("people/<int:number>/take/", people.grant_take, name="grant_take"),
    path("people/<int:number>/open/", people.person_open, name="person_open"),
    path("roles/", people_roles.roles, name="roles"),
    path("roles/add/", people_roles.role_add, name="role_add"),
    path("roles/<int:number>/", people_roles.role, name="role"),
    path("roles/<int:number>/remove/", people_roles.role_remove, name="role_remove"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/make/", tokens.tokens_make, name="tokens_make"),
    path("tokens/<int:number>/revoke/", tokens.tokens_revoke, name="tokens_revoke"),
    # for scripts
    path("api/v1/", api_reference, name="api_reference"),
    path("api/v1/", api.api.urls),
    path("api/v1/<path:rest>", api.nothing_there, name="api_nothing_there"),
    # of one district
    path("d/<int:district>/", overview.overview, name="overview"),
    path("d/<int:district>/requests/", requests.district_requests, name="district_requests"),
    path("d/<int:district>/agent/", agents.agent, name="agent"),
    path("d/<int:district>/batch/", batch.batch, name="batch"),
    path("d/<int:district>/batch/live/", batch.batch_live, name="batch_live"),
    path("d/<int:district>/batch/confirm/", batch.batch_confirm, name="batch_confirm"),
    path("d/<int:district>/batch/send/", batch.batch_send, name="batch_send"),
    path("d/<int:district>/errors/", errors.errors, name="errors"),
    path("d/<int:district>/errors/policy/", errors.errors_policy, name="errors_policy"),
    path("d/<int:district>/errors/held/", errors.errors_held, name="errors_held"),
    path("d/<int:district>/errors/all/", errors_all.errors_all, name="errors_all"),
    path("d/<int:district>/errors/export/", errors_all.errors_export, name="errors_export"),
    path("d/<int:district>/errors/record/", errors_record.errors_record, name="errors_record"),
    path("d/<int:district>/errors/clear/", errors_clear.errors_clear, name="errors_clear"),
    path("d/<int:district>/errors/put-back/", errors_clear.errors_put_back, name="errors_put_back"),
    path("d/<int:district>/history/", history.history, name="history"),
    path("d/<int:district>/history/compare/", history.history_compare, name="history_compare"),
    path("d/<int:district>/history/<int:resync>/", history.history_run, name="history_run"),
]

handler400 = "upstate.hub.web.pages.failures.wrong"
handler403 = "upstate.hub.web.pages.failures.not_allowed"
handler404 = "upstate.hub.web.pages.failures.not_there"
handler500 = "upstate.hub.web.pages.failures.broken"

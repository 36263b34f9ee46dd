"""Every request of the agent's protocol, one row each."""

from django.urls import path

from upstate.hub.agent_door import claiming, greeting, orders

urlpatterns = [
    path("enroll", greeting.enroll, name="agent_enroll"),
    path("hello", greeting.hello, name="agent_hello"),
    path("catalog", greeting.catalog, name="agent_catalog"),
    path("rotate", greeting.rotate, name="agent_rotate"),
    path("claim", claiming.claim, name="agent_claim"),
    path("withdraw", claiming.withdraw, name="agent_withdraw"),
    path("orders/<int:order>/held", orders.held, name="agent_held"),
    path("orders/<int:order>/selection", orders.selection, name="agent_selection"),
    path("orders/<int:order>/batches/<int:batch>", orders.deliver, name="agent_deliver"),
    path("orders/<int:order>/batches", orders.forget, name="agent_forget"),
    path("orders/<int:order>/sums", orders.sums, name="agent_sums"),
    path("orders/<int:order>/rejected", orders.rejected, name="agent_rejected"),
    path("orders/<int:order>/pairs", orders.pairs, name="agent_pairs"),
    path("orders/<int:order>/heartbeat", orders.heartbeat, name="agent_heartbeat"),
    path("orders/<int:order>/finish", orders.finish, name="agent_finish"),
    path("orders/<int:order>/fail", orders.fail, name="agent_fail"),
    path("<path:rest>", greeting.nothing_there, name="agent_nothing_there"),
]
